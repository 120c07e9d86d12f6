"""What the storefront's server asks the portal for its customers: requests and quotes."""
