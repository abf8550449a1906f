"""Amazon Marketing Stream for DSP: subscriptions, the queues they fill, and what is put there."""
