"""Pure decisions: from facts to what must happen. No database, no clock."""
