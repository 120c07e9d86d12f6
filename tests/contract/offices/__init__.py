"""One module per ERP, each with `office()`: a context manager that yields its `Office`."""
