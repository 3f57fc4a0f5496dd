"""The operator's regular look at the safety of the installation: each check finds something good, doubtful or bad."""
