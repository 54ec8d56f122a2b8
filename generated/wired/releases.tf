# Where the images come from. This file is not tfgen's: it is written by hand.

resource "aws_ecr_repository" "web" {
  name                 = "wired/web"
  image_tag_mutability = "IMMUTABLE"
}

locals {
  reports_image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/wired/reports:3.2.0"
}
