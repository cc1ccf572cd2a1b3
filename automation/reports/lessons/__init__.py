"""What the monthly analysis is made of (X-02, X-05): causes, repeats, measures, and the rules that propose topics."""
