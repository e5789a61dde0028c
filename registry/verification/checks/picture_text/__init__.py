"""The text of a picture of an advert, card or paper, read by Tesseract in a process that can do nothing else"""
