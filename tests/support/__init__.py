"""What the tests share: devices, the oracle, tables of cases, an assembler for pickles."""
