z6715-----
r n BC-PRT--Harbour Bridge 1stLd   02-03 0500
^BC-PRT--Harbour Bridge, 1st Ld,116<
^Bridge across the harbour opens after ten years<
^AP Photo LIS105, LIS106<
^Eds: Adds length.<
^By DANA COLE=
^Associated Press=
	   LISBON, Portugal (AP) _ The bridge opened Tuesday _ after ten years of work.
	   ``We waited,'' the mayor said.

	   AP-WF-02-03-26 1137GMT<


