"""What leaves the bureau: public notice, objections, publication, feedback letters."""
