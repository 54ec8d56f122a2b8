"""What a stack costs: a reader of what it has, and of the table of prices in tfgen.facts."""
