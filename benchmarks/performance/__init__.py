"""What swarmgate costs and reaches, each figure a ratio measured side by side: `make bench`."""
