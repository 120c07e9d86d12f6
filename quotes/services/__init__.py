"""What people do with requests and quotes: one module per kind of verb."""
