"""What business intelligence tools are given beside the published file; a folder a tool."""
