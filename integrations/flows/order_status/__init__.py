"""Progress of orders from the ERP back to the storefront: status, shipments, invoices."""
