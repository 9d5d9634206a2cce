"""Find terms and settings that cannot do what their author means, and say what to write instead."""
