"""The pages: parse, authorise, one action or query, render. Read ``urls`` first; refuses to decide anything itself."""
