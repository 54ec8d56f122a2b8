release         = "v412"
zone_id         = "Z0PLANTSEXAMPLE00000"
alarm_topic_arn = "arn:aws:sns:us-west-2:123456789012:on-call"

# In production, TF_VAR_rails_secrets has the real ones.
rails_secrets = {
  database_password = "not-the-real-one"
  secret_key_base   = "not-the-real-one"
  smtp_password     = "not-the-real-one"
}
