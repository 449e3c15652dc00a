"""What is looked at on this computer: programs, files and sockets, through `computer.Computer`. Facts without names of people."""
