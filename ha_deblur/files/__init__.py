"""Pictures and videos as people have them: all that must survive is kept."""
