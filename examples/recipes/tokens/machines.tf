# Programs get their tokens from the user pool with the client credentials grant.
resource "aws_cognito_user_pool" "machines" {
  name = "machines"
}

resource "aws_cognito_user_pool_domain" "machines" {
  domain       = "orders-machines"
  user_pool_id = aws_cognito_user_pool.machines.id
}

resource "aws_cognito_resource_server" "orders" {
  identifier   = "orders"
  name         = "orders"
  user_pool_id = aws_cognito_user_pool.machines.id

  scope {
    scope_name        = "read"
    scope_description = "Read orders"
  }
}

resource "aws_cognito_user_pool_client" "warehouse" {
  name         = "warehouse"
  user_pool_id = aws_cognito_user_pool.machines.id

  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.orders.scope_identifiers
}
