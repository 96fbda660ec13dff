"""The display's side of the network: news in by stream and poll, images into the cache, one client for the API."""
