"""The demo's two data services: employees (the dummy REST API) and weather (Open-Meteo)."""
