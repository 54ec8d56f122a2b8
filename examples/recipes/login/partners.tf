# Partners are invited; nobody signs up.
resource "aws_cognito_user_pool" "partners" {
  name = "partners"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}

resource "aws_cognito_user_pool_domain" "partners" {
  domain       = "desk-partners"
  user_pool_id = aws_cognito_user_pool.partners.id
}

# The load balancer needs a client with a secret, the code grant and the same scopes.
resource "aws_cognito_user_pool_client" "desk" {
  name         = "desk"
  user_pool_id = aws_cognito_user_pool.partners.id

  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid"]
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = ["https://partners.example.com/oauth2/idpresponse"]
}
