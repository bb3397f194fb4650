"""What the tests stand on: the binary under test, and a real broker with witnesses of its own."""
