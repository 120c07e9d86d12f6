"""Pure: Medusa's payloads to our records and our records to its payloads. No I/O."""
