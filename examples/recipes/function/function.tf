resource "aws_iam_role" "report" {
  name_prefix = "shop-report-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "lambda.amazonaws.com" }
      },
    ]
  })
}

# Logs, and the network interfaces in the subnets.
resource "aws_iam_role_policy_attachment" "report" {
  role       = aws_iam_role.report.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_security_group" "report" {
  name_prefix = "shop-report-"
  description = "The function that writes reports"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "report_to_internet" {
  security_group_id = aws_security_group.report.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_lambda_function" "report" {
  function_name = "shop-report"
  role          = aws_iam_role.report.arn
  package_type  = "Image"
  image_uri     = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/report:1.0.0"
  timeout       = 60

  vpc_config {
    subnet_ids         = values(module.network.private_subnet_ids)
    security_group_ids = [aws_security_group.report.id]
  }

  depends_on = [aws_iam_role_policy_attachment.report]
}
