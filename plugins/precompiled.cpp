// Stands for the headers that every test program includes: they are read once for all of them.
