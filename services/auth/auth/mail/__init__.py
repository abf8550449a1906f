"""Letters on their way: put down with what they tell, sent by a loop."""
