"""All acts of the desk: importing this puts each on the list. A new part of the desk adds its word here."""

import luoshu.desk.alert
import luoshu.desk.assignment
import luoshu.desk.checklist
import luoshu.desk.closure
import luoshu.desk.consultation
import luoshu.desk.deciding
import luoshu.desk.expert
import luoshu.desk.heard
import luoshu.desk.incident
import luoshu.desk.levels
import luoshu.desk.minutes
import luoshu.desk.observed
import luoshu.desk.picking
import luoshu.desk.post
import luoshu.desk.removal
import luoshu.desk.resource
import luoshu.desk.roster
import luoshu.desk.rungs
import luoshu.desk.staff
import luoshu.desk.store_shut  # noqa: F401
