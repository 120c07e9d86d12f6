"""Orders from the storefront to the ERP: sent once, changed, cancelled, paid."""
