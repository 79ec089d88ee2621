"""Who the member is and which cards are theirs."""
