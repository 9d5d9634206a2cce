"""What programs can request: every module declares its endpoints as `ENDPOINTS`."""
