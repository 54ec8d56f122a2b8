release = "2024-11-18.2"
