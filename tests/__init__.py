"""The proof: tests mirror `kiosk/`; fakes, contracts, journeys and benches stand beside them."""
