"""Lines of logs from CloudWatch: many streams as one, merged by time."""
