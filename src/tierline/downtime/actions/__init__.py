"""What can be done with planned work. Each verb one transaction; who may do it is asked inside."""
