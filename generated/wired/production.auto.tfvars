web_version           = "1.4.2"
worker_image          = "123456789012.dkr.ecr.us-east-1.amazonaws.com/jobs/worker:2.0.1"
partner_secret_arn    = "arn:aws:secretsmanager:us-east-1:123456789012:secret:wired/partner-Qw3rTy"
licence_parameter_arn = "arn:aws:ssm:us-east-1:123456789012:parameter/renderer/licence"
