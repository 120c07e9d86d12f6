"""How states, money, instants and machine words look to people, on every screen."""
