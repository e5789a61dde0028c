"""Takes the tables out of PDF, DOCX, HTML, XLS, ODS and XLSX, in a confined process"""
