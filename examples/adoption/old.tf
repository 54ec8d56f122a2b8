# What runs, written by hand: the service that the stack takes the place of.

resource "aws_iam_role" "old_execution" {
  name = "shop-old-execution"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "old_execution" {
  name = "pull-image"
  role = aws_iam_role.old_execution.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ecr:*"], Resource = "*" }]
  })
}

resource "aws_security_group" "old" {
  name   = "shop-old"
  vpc_id = var.platform.vpc_id

  ingress {
    from_port       = 3000
    to_port         = 3000
    protocol        = "tcp"
    security_groups = [var.platform.load_balancer_security_group_id]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb_target_group" "old" {
  name        = "shop-old"
  port        = 3000
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.platform.vpc_id
}

resource "aws_lb_listener_rule" "old" {
  listener_arn = var.platform.listener_arn
  priority     = 200

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.old.arn
  }

  condition {
    host_header {
      values = ["shop.example.com"]
    }
  }
}

resource "aws_ecs_task_definition" "old" {
  family                   = "shop-old"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.old_execution.arn

  container_definitions = jsonencode([{
    name         = "shop"
    image        = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1.3.0"
    essential    = true
    portMappings = [{ containerPort = 3000 }]
  }])
}

resource "aws_ecs_service" "old" {
  name            = "shop-old"
  cluster         = var.platform.cluster_arn
  task_definition = aws_ecs_task_definition.old.arn
  desired_count   = 2
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = values(var.platform.private_subnet_ids)
    security_groups = [aws_security_group.old.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.old.arn
    container_name   = "shop"
    container_port   = 3000
  }

  depends_on = [aws_lb_listener_rule.old]
}
