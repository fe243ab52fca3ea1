"""The service under load: a FastAPI app with a modelled network, service time and capacity."""
