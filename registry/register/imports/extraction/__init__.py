"""Takes the tables out of PDF, DOCX, HTML, XLS and ODS, in a confined process"""
