host    = "termine.clinic.example"
zone_id = "Z0123456789ABCDEFGHIJ"
