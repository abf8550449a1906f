"""What a cell is made of when it is looked at by place, device, supply, product, audience or content.

Each look cuts the same cell, so the sums over any of them are the cell's own numbers to the micro
(audiences apart: people are in several, and the parts overlap).
"""
