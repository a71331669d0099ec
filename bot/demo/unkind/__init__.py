"""What makes the demo's world unkind: scripted, by a chance with a seed, or not at all, which is how it starts."""
