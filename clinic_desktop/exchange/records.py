"""The tables of the exchange: segments, versions, conflicts, receipts. All of this device alone."""
