"""`python -m rectified.site ROOT JOBS`: execute the chapters that changed."""

from rectified.site.execute import main

raise SystemExit(main())
