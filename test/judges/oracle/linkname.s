// Empty: lets a function of this package be declared without a body, as one that another package has.
