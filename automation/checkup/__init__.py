"""What ``kesu doctor`` looks at: files, the mail account, the computer. It changes nothing and sends nothing."""
