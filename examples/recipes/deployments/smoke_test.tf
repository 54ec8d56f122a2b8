# Its response {"hookStatus": "SUCCEEDED"} lets the deployment go on, {"hookStatus": "IN_PROGRESS"} has ECS ask
# again, and anything else rolls it back.
resource "aws_lambda_function" "smoke_test" {
  function_name = "studio-smoke-test"
  role          = aws_iam_role.smoke_test.arn
  package_type  = "Image"
  image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/studio/smoke-test:1.0.0"
  timeout       = 60

  environment {
    variables = { URL = "http://${module.load_balancer.dns_name}/api/render" }
  }
}

resource "aws_iam_role" "smoke_test" {
  name = "studio-smoke-test"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "lambda.amazonaws.com" }
      }
    ]
  })
}

resource "aws_iam_role_policy_attachment" "smoke_test" {
  role       = aws_iam_role.smoke_test.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}
