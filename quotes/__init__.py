"""Quote to cash: from request for quote to accepted quote to one order."""
