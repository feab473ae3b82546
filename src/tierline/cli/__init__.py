"""The command line: one module a sub-command, each thin. Read ``main`` first; refuses nothing by itself."""
