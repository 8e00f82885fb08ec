"""The shared vocabulary: skills, industries, languages, platforms and regulations, with the names people give them."""
